"""Servers on this machine that behave as the APIs of code hosts do, and misbehave when they are told to."""
