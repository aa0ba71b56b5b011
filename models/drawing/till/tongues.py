"""The words on the tills of five countries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Tongue:
    """The words of a country's tills."""

    currency: str
    sign: str
    comma: bool
    dates: tuple[str, ...]
    tax_id: str
    heading: tuple[str, ...]
    subtotal: str
    tax: str
    total: tuple[str, ...]
    cash: tuple[str, ...]
    change: str
    thanks: tuple[str, ...]
    date: str
    till: tuple[str, ...]


TONGUES: Final = (
    Tongue(
        "USD",
        "$",
        False,
        ("%m/%d/%Y", "%b %d, %Y", "%Y-%m-%d"),
        "Tax ID",
        ("RECEIPT", "Dine In", "TAKE OUT", "ORDER", "SALE"),
        "Subtotal",
        "Tax",
        ("Total", "TOTAL", "Amount Due"),
        ("Cash", "Visa", "CREDIT"),
        "Change",
        ("Thank you!", "Have a nice day", "Please come again", "Returns within 30 days"),
        "Date",
        ("Server", "Register", "Table", "Check", "Guests", "Station"),
    ),
    Tongue(
        "MYR",
        "RM",
        False,
        ("%d/%m/%Y", "%d-%m-%Y", "%d %b %Y"),
        "GST ID",
        ("TAX INVOICE", "SIMPLIFIED TAX INVOICE", "RECEIPT", "CASH BILL"),
        "Sub Total",
        "GST 6%",
        ("Total", "TOTAL", "Total Incl. GST", "Nett Total"),
        ("CASH", "Cash", "Tendered"),
        "CHANGE",
        ("THANK YOU", "PLEASE COME AGAIN", "GOODS SOLD ARE NOT RETURNABLE", "Terima kasih"),
        "Date",
        ("Cashier", "Invoice No", "Counter", "Terminal", "Bill No", "Table"),
    ),
    Tongue(
        "EUR",
        "EUR",
        True,
        ("%d.%m.%Y", "%d.%m.%y"),
        "UST-ID DE",
        ("RECHNUNG", "Kassenbon", "QUITTUNG", "Beleg"),
        "Netto",
        "MwSt 19%",
        ("SUMME", "Gesamt", "ZU ZAHLEN", "Total"),
        ("Bar", "BAR", "EC-Karte", "Gegeben"),
        "Zurueck",
        ("Vielen Dank fuer Ihren Einkauf", "Auf Wiedersehen", "Umtausch nur mit Bon"),
        "Datum",
        ("Kasse", "Bon-Nr", "Filiale", "Bediener", "Markt"),
    ),
    Tongue(
        "EUR",
        "EUR",
        True,
        ("%d/%m/%Y", "%d/%m/%y"),
        "SIRET",
        ("TICKET", "FACTURE", "Ticket de caisse"),
        "Total HT",
        "TVA 20%",
        ("TOTAL", "TOTAL TTC", "A PAYER"),
        ("Especes", "CB", "Carte"),
        "Rendu",
        ("Merci de votre visite", "A bientot", "Conservez ce ticket"),
        "Date",
        ("Caisse", "Ticket", "Serveur", "Magasin"),
    ),
    Tongue(
        "GBP",
        "",
        False,
        ("%d/%m/%Y", "%d %b %Y", "%d/%m/%y"),
        "VAT No",
        ("VAT RECEIPT", "SALE", "Receipt"),
        "Sub-total",
        "VAT 20%",
        ("TOTAL", "Total to pay", "BALANCE DUE"),
        ("CASH", "CARD", "Contactless"),
        "CHANGE",
        ("THANK YOU FOR SHOPPING", "PLEASE KEEP YOUR RECEIPT", "SEE YOU SOON"),
        "Date",
        ("Till", "Trans", "Store", "Operator"),
    ),
)
