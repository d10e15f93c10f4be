"""Archive, restore and purge in the graph: three mutations of a record's life."""

from collections.abc import Mapping
from typing import Any

from services.chassis.graph.mutate import Command, Deed, mutation, told, verb
from services.chassis.graph.payloads import ID_PART, VERSION_PART
from services.chassis.graph.shapes import shape_of
from services.chassis.permissions import permission_of
from services.chassis.work import Work


def archive(cls: type, command: Command) -> Any:
    """Make the mutation that puts a record away."""
    name = shape_of(cls).name
    shape_of(cls).deeds["archive"] = permission_of(command)
    said = "lists leave it out, and nothing changes it until it is restored."
    return verb(cls, command, f"Archive this {name}: {said}", name=f"Archive{name}")


def restore(cls: type, command: Command) -> Any:
    """Make the mutation that brings a record back."""
    name = shape_of(cls).name
    said = "refused if another has taken its unique key since."
    return verb(cls, command, f"Restore an archived {name}; {said}", name=f"Restore{name}")


def purge(cls: type, command: Command) -> Any:
    """Make the mutation that removes an archived record for ever."""
    shape = shape_of(cls)

    async def deed(work: Work, arguments: Mapping[str, Any]) -> Any:
        version = arguments.get("expectedVersion")
        if version is not None:
            await work.get(shape.entity, arguments["id"], version=version, archived=True)
        return await command(work, arguments["id"])

    shape.deeds["purge"] = permission_of(command)
    said = "refused while other records refer to it. It cannot be undone."
    description = told(f"Remove an archived {shape.name} for ever; {said}", command)
    behaviour = Deed(shape, permission_of(command), deed, purges=True)
    parts = [ID_PART, VERSION_PART]
    return mutation(shape, f"Purge{shape.name}", description, parts, behaviour)
