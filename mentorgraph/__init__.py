"""How it runs: the command, the settings, the app and the database it stands on."""

__version__ = "0.1.0"
