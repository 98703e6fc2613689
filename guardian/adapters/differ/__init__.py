"""What differs: which instances of two states, and which attributes of two objects."""

from guardian.adapters.differ.deep import DeepDiffer

__all__ = ["DeepDiffer"]
