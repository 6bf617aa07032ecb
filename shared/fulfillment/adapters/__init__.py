"""Everything that talks to something: DynamoDB, queues, topics, the secret store, the map."""
