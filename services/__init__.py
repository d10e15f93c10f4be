"""Three independent services and the chassis that each of them stands on."""
