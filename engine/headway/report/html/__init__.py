"""The report as one page of HTML that needs nothing but itself; pure, and loaded only when it is asked for."""
