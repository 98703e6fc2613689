"""The repository format over a blob store: objects, states, snapshots, the log, the lease, the check."""
