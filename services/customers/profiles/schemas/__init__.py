"""What HTTP sees of customers: XIn is read strictly, XOut is what is answered."""
