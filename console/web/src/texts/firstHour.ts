import type { Pair } from "../app/texts";

export const firstHourTexts = {
  "templates.title": ["Templates", "Vorlagen"],
  "templates.about": ["To begin with: each opens its builder, filled. Nothing is saved before you save it.", "Zum Anfangen: Jede öffnet ihren Editor, ausgefüllt. Nichts ist gespeichert, bevor Sie speichern."],
  "templates.letters": ["Letters", "Briefe"],
  "templates.use": ["Use it", "Verwenden"],
  "templates.from": ["From a template", "Aus einer Vorlage"],
  "templates.segment-missing": ["This campaign means the segment “{name}”, which is not there yet.", "Diese Kampagne meint das Segment „{name}“, das es noch nicht gibt."],
  "templates.make-it": ["Make it from its template", "Aus der Vorlage anlegen"],
  "first.title": ["First steps", "Erste Schritte"],
  "first.count": ["{done} of {all} done", "{done} von {all} erledigt"],
  "first.hide": ["Put away", "Ausblenden"],
  "first.done": ["done", "erledigt"],
  "first.import": ["Bring in your customers", "Kunden einbringen"],
  "first.import-hint": ["Drop a spreadsheet; you see what would change before anything does.", "Eine Tabelle ablegen; Sie sehen, was sich ändern würde, bevor sich etwas ändert."],
  "first.segment": ["Make a segment", "Ein Segment anlegen"],
  "first.segment-hint": ["Take one from the gallery, or write a rule; the count appears while you type.", "Eines aus den Vorlagen nehmen oder eine Regel schreiben; die Zahl erscheint beim Tippen."],
  "first.letter": ["Write a letter", "Einen Brief schreiben"],
  "first.letter-hint": ["A campaign joins a segment and a letter; preview it for real customers and send yourself a test.", "Eine Kampagne verbindet Segment und Brief; Vorschau für echte Kunden, und ein Test an Sie selbst."],
  "first.send": ["Send for the first time", "Zum ersten Mal senden"],
  "first.send-hint": ["The dry run says who would get it and who would not, and why; then start the campaign.", "Der Probelauf sagt, wer ihn bekäme und wer nicht, und warum; dann die Kampagne starten."],
} as const satisfies Record<string, Pair>;
