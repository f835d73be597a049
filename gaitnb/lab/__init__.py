"""The virtual gait lab: people, movement, physics and sensors whose truth is known."""

# Raised when the lab's numbers change: results that rest on another version are stale.
VERSION = 1
