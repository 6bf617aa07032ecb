"""The contracts of queues, streams and events: what comes in, translated to the domain."""
