"""What the facts say of all customers together: revenue by period, cohorts, sizes of segments, spread of scores."""
