"""What the demo company consists of: people, customers, goods, sales and cases."""

from typing import Any

Item = dict[str, Any]
SOURCE = "demo"
TENANT, NAME = "default", "Lantern Works"
PASSWORD = "lanterns at dusk"  # noqa: S105  # everybody in the demo has it, and it is printed
STAFF = {
    "ada": ("Ada Administrator", "ADMINISTRATOR"),
    "mara": ("Mara Manager", "SALES_MANAGER"),
    "sam": ("Sam Seller", "SALES_REPRESENTATIVE"),
    "ines": ("Ines Helper", "SERVICE_AGENT"),
}
PRODUCTS = {
    "lamp": ("Harbour lamp", "Lamps", "189.00"),
    "mast": ("Signal mast", "Masts", "2400.00"),
    "lens": ("Fresnel lens", "Parts", "640.00"),
    "glass": ("Storm glass", "Parts", "35.50"),
}
CUSTOMERS: dict[str, Item] = {
    "kontor": {"name": "Nordlicht Kontor", "tier": "A", "industry": "Shipping", "city": "Kiel"},
    "pier": {"name": "Pier Nine Events", "tier": "B", "industry": "Events", "city": "Rotterdam"},
    "faro": {"name": "Faro Hotels", "tier": "A", "industry": "Hospitality", "city": "Porto"},
    "moor": {"name": "Moor & Sons", "tier": "C", "industry": "Boat building", "city": "Hull"},
    "vera": {"name": "Vera Castellan", "kind": "PERSON", "city": "Trieste"},
}
CONTACTS = {
    "jon": ("kontor", "Jon Brandt", "Head of purchasing", "jon.brandt@nordlicht.example"),
    "lea": ("pier", "Lea Visser", "Producer", "lea.visser@piernine.example"),
    "rui": ("faro", "Rui Tavares", "Facility manager", "rui.tavares@faro.example"),
}
GUEST = "jon"
"""Who comes in by the portal."""
GUEST_EMAIL = CONTACTS[GUEST][-1]
INTERACTIONS = (
    ("kontor", "CALL", "INBOUND", "Asked for lamps for the new quay", 21),
    ("kontor", "VISIT", "OUTBOUND", "Walked the quay and counted posts", 12),
    ("faro", "EMAIL", "INBOUND", "Wants the terrace lit by spring", 5),
)
PRICES: dict[str, tuple[Item, tuple[tuple[str, int, str], ...]]] = {
    "harbours": (
        {"name": "Harbours", "currency": "EUR", "tier": "A", "validFrom": "2026-01-01"},
        (("lamp", 1, "179.00"), ("lamp", 10, "162.00"), ("lens", 1, "610.00")),
    ),
}
"""A list, and its prices: product, from which quantity on, and what one costs."""
LEADS: dict[str, Item] = {
    "lumen": {
        "companyName": "Lumen Theatre",
        "personName": "Ida Falk",
        "email": "ida.falk@lumen.example",
        "source": "EXHIBITION",
        "interest": "Footlights that look like lanterns",
    },
    "ferry": {
        "companyName": "Two Shores Ferries",
        "source": "WEB",
        "interest": "Signal masts for three landings",
    },
}
TASKS = (
    ("kontor", "Send the lens drawings to the quay", "HIGH", 2),
    ("faro", "Ask when the terrace is closed", "NORMAL", 7),
    (None, "Order new catalogues", "LOW", 14),
)
"""Customer, if any, subject, priority, and in how many days it is due."""
OPPORTUNITIES = (
    ("kontor", "Quay lighting", "48000.00", 3),
    ("pier", "Festival masts", "9600.00", 1),
    ("faro", "Terrace lamps", "15120.00", 0),
)
"""Customer, name, amount in euro, and how many stages it has come."""
ORDERS = (
    ("kontor", (("lamp", 12, "5"), ("glass", 24, "0")), 4),
    ("pier", (("mast", 2, "0"),), 2),
    ("moor", (("lens", 1, "0"), ("glass", 10, "10")), 1),
)
"""Customer, lines of product, quantity and discount, and how many steps it has gone."""
CASES = (
    ("kontor", "One lamp flickers at night", "HIGH"),
    ("faro", "Where is the manual in Portuguese?", "LOW"),
)
FIRST_QUERY = """\
{
  customers(first: 2, orderBy: [{field: NAME}]) {
    nodes {
      name
      orders {
        nodes { number status net { amount currency } }
      }
      cases { nodes { number subject status } }
    }
  }
}
"""
STORY_QUERY = """\
{
  customers(where: {name: {startsWith: "Nordlicht"}}) {
    nodes {
      name
      contacts { nodes { name title } }
      opportunities {
        nodes { name stage weightedAmount { amount } }
      }
      timeline(last: 10, orderBy: [{field: HAPPENED_AT}]) {
        nodes { happenedAt title }
      }
    }
  }
}
"""
WHO_QUERY = """\
{
  viewer { kind staffUser { name roles } }
  company { name baseCurrency timeZone }
}
"""
SIGN_IN = """\
mutation SignIn($email: String!, $password: String!) {
  signIn(email: $email, password: $password) { token userErrors { message } }
}
"""


def email(short: str) -> str:
    return f"{short}@lantern.example"
