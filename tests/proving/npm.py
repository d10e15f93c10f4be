"""What Node proves: a folder of its own, and npm in it, noted as it went."""

import os
import shutil
import subprocess


def is_there():
    return bool(shutil.which("node") and shutil.which("npm"))


def copied(source, folder):
    """Copy what git has of a package, and nothing that was made of it here."""
    left = shutil.ignore_patterns("node_modules", "dist", "generated.ts")
    return shutil.copytree(source, folder, ignore=left)


def ran(transcript, command, folder, told=None):
    """Run npm, and note what it says."""
    done = subprocess.run(
        ["npm", "--no-audit", "--no-fund", *command.split()],
        cwd=folder,
        env=os.environ | (told or {}),
        capture_output=True,
        text=True,
        check=False,
    )
    transcript.say(f"npm {command}: {'done' if done.returncode == 0 else 'FAILED'}")
    is_program = command == "start"
    for line in (done.stdout if is_program or done.returncode else "").splitlines():
        if line and not line.startswith(">"):
            transcript.say(f"  {line}")
    if done.returncode:
        transcript.say(done.stderr.strip()[-2000:])
    return done.returncode == 0
