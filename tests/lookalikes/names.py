"""Names of people, firms, streets and towns, and how they are misspelt."""

from __future__ import annotations


def words(text: str) -> list[str]:
    return text.split()


WOMEN = words(
    """
    Anna Maria Julia Laura Sarah Lena Katharina Sabine Petra Monika Ursula Andrea Claudia Susanne Martina Birgit
    Stefanie Nicole Christine Heike Ingrid Renate Helga Gisela Elisabeth Emma Sophie Charlotte Emily Olivia Chloé
    Camille Zoë Ayşe Fatma Elena Giulia Chiara Agnieszka Małgorzata Ida Frieda Johanna Hannah Marlene Theresa
    Veronika Ulrike Cornelia Barbara Silke Anja Tanja Kerstin Simone Astrid Beate Doris Edith Franziska
    """
)
MEN = words(
    """
    Thomas Michael Andreas Peter Stefan Christian Martin Markus Frank Klaus Jürgen Wolfgang Hans Werner Günter Karl
    Heinz Walter Uwe Bernd Dieter Manfred Rainer Ralf Jörg Matthias Alexander Daniel Sebastian Tobias Florian Jan
    Felix Lukas Paul Jonas Maximilian Leon Philipp Oliver James William Henry George Jack Luca Marco Giovanni Mehmet
    Mustafa Piotr Krzysztof Søren Lars Björn Erik Emil Anton Otto Friedrich
    """
)
FAMILIES = words(
    """
    Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf
    Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Lehmann Köhler
    Maier Herrmann König Walter Mayer Huber Kaiser Fuchs Peters Lang Scholz Möller Weiß Jung Hahn Schubert Vogel
    Friedrich Keller Günther Frank Berger Winkler Roth Beck Lorenz Baumann Franke Albrecht Schuster Simon Ludwig
    Böhm Winter Kraus Martin Schumacher Krämer Vogt Stein Jäger Otto Sommer Groß Seidel Heinrich Brandt Haas
    Schreiber Graf Schulte Dietrich Ziegler Kuhn Kühn Pohl Engel Horn Busch Bergmann Thomas Voigt Sauer Arnold Wolff
    Pfeiffer Smith Jones Taylor Brown Williams Wilson Johnson Davies Rossi Russo Ferrari Nowak Kowalski Yılmaz Kaya
    Dubois Lefèvre
    """
)
BEGINS = words(
    "Bal Ber Bil Dor Ehr Fel Gal Gri Hag Hel Hol Jan Kal Kel Kor Lam Lin Mar Mel Nat Old Pat Ram Rei Ros Sal Sei"
)
MIDDLES = ["", "", "den", "ter", "ma", "no", "li", "sen", "be", "ga", "ri", "tel", "ko"]
ENDS = words("mann berg feld stein bach hausen er ner ke kamp hoff horst meier brandt thal wald ig ski ow itz ing")
STREETS = words(
    """
    Haupt Bahnhof Garten Schul Linden Berg Wald Goethe Schiller Mozart Kirch Mühlen Feld Wiesen Rosen Post Markt
    Dorf Ring Birken Eichen Ahorn Buchen Tannen Blumen Park Ufer Brunnen Kloster Hafen Nord Süd Ost West Alten Neuen
    Beethoven Bismarck Luther Kant Lessing Heine Uhland Hölder Eichendorff Fontane Storm Keller
    """
)
WAYS = ("straße", "weg", "gasse", "allee", "platz")
TOWNS = words("Neu Alt Ober Unter Groß Klein Bad Hohen Nieder Mittel Sankt Wald")
TRADES = words("Bau Metall Logistik Technik Elektro Druck Holz Garten Auto Dach Reinigung Software Beratung Handel")
FORMS = ("GmbH", "GmbH & Co. KG", "AG", "KG", "OHG", "e.K.")
MAILERS = ("example.test", "mail.test", "web.test", "post.test", "box.test", "inbox.test")
ALIKE = {
    "ei": "ai", "ai": "ei", "ey": "ei", "ph": "f", "f": "ph", "th": "t", "ck": "k", "tz": "z", "ü": "ue", "ö": "oe",
    "ä": "ae", "ß": "ss", "dt": "t", "mm": "m", "nn": "n", "ll": "l", "c": "k", "y": "i",
}  # fmt: skip
LETTERS = "abcdefghijklmnoprstuvwz"
