"""How it runs: the command, the settings, the app and the database it stands on."""
