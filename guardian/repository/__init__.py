"""The repository format over a blob store: objects, snapshots, log, lease."""
