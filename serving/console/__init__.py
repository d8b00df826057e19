"""What people see: the plan as agents, managers, ops and customers need it, in a browser."""
