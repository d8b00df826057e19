"""The HTTP service: validates at the door, asks the model, keeps every decision."""
