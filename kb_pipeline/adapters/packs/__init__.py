"""Market packs as folders: reading, checking, writing a new one."""
