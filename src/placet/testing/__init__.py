"""Public fakes and conformance kits: what a project or a connector is tested with."""
