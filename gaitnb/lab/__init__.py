"""The virtual gait lab: people, movement, physics and sensors whose truth is known."""
