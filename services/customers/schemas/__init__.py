"""What HTTP sees: XIn is read strictly, XOut is what we answer."""
