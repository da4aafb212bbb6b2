"""Properties that hold for all draws: hypothesis looks for counterexamples."""
