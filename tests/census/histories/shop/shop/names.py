ORDERS = "orders"
KINDS = ("retail", "trade")
