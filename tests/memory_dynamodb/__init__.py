"""DynamoDB in memory: see ``client.py``."""
