/** Texts, numbers and dates in the reader's language. Every text has all languages, or the build breaks. */
import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { alarmTexts } from "../texts/alarms";
import { campaignTexts } from "../texts/campaigns";
import { caseTexts } from "../texts/cases";
import { catalogueTexts } from "../texts/catalogue";
import { customerTexts } from "../texts/customers";
import { deskTexts } from "../texts/desks";
import { firstHourTexts } from "../texts/firstHour";
import { importTexts } from "../texts/imports";
import { insightTexts } from "../texts/insights";
import { requestTexts } from "../texts/requests";
import { segmentTexts } from "../texts/segments";
import { roleTexts, shellTexts } from "../texts/shell";

export const LANGUAGES = ["en", "de"] as const;
export type Language = (typeof LANGUAGES)[number];
/** English, German. */
export type Pair = readonly [string, string];

const TEXTS = { ...shellTexts, ...roleTexts, ...customerTexts, ...segmentTexts, ...campaignTexts, ...caseTexts, ...catalogueTexts, ...deskTexts, ...requestTexts, ...importTexts, ...firstHourTexts, ...insightTexts, ...alarmTexts };
export type TextKey = keyof typeof TEXTS;
export type Values = Record<string, string | number>;
export type Translate = (key: TextKey, values?: Values) => string;

export function translator(language: Language): Translate {
  const index = LANGUAGES.indexOf(language);
  return (key, values = {}) =>
    (TEXTS[key] as Pair)[index as 0 | 1].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** The text of a word that an API uses (`reason.no-consent`); the word itself when nobody has named it yet. */
export function wordOf(t: Translate, group: string, word: string): string {
  const key = `${group}.${word}`;
  return key in TEXTS ? t(key as TextKey) : word.replaceAll("_", " ").replaceAll("-", " ");
}

export interface Speech {
  language: Language;
  setLanguage: (language: Language) => void;
  t: Translate;
  /** The side of a pair that the reader reads. */
  pair: (pair: readonly string[]) => string;
  word: (group: string, word: string) => string;
  number: (value: number) => string;
  percent: (share: number) => string;
  date: (iso: string) => string;
  time: (iso: string) => string;
  money: (minor: number, currency?: string | null) => string;
}

function speechIn(language: Language, setLanguage: (language: Language) => void): Speech {
  const t = translator(language);
  const region = [...navigator.languages].find((tag) => tag.startsWith(language)) ?? language;
  const number = new Intl.NumberFormat(region);
  const percent = new Intl.NumberFormat(region, { style: "percent", maximumFractionDigits: 1 });
  const date = new Intl.DateTimeFormat(region, { dateStyle: "medium" });
  const time = new Intl.DateTimeFormat(region, { dateStyle: "medium", timeStyle: "short" });
  return {
    language,
    setLanguage,
    t,
    pair: (pair) => pair[LANGUAGES.indexOf(language)] ?? pair[0] ?? "",
    word: (group, word) => wordOf(t, group, word),
    number: (value) => number.format(value),
    percent: (share) => percent.format(share),
    date: (iso) => date.format(new Date(iso)),
    time: (iso) => time.format(new Date(iso)),
    money: (minor, currency) => {
      if (!currency) return new Intl.NumberFormat(region, { minimumFractionDigits: 2 }).format(minor / 100);
      const format = new Intl.NumberFormat(region, { style: "currency", currency });
      return format.format(minor / 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2));
    },
  };
}

const KEPT = "crm-language";

function firstLanguage(): Language {
  const kept = localStorage.getItem(KEPT);
  const wanted = [kept, ...navigator.languages.map((tag) => tag.slice(0, 2))];
  return LANGUAGES.find((language) => language === wanted.find((one) => LANGUAGES.some((known) => known === one))) ?? "en";
}

const Context = createContext<Speech | null>(null);

export function TextsProvider({ children }: { children: ReactNode }) {
  const [language, setLanguage] = useState(firstLanguage);
  const speech = useMemo(() => speechIn(language, setLanguage), [language]);
  useEffect(() => {
    document.documentElement.lang = language;
    localStorage.setItem(KEPT, language);
  }, [language]);
  return <Context value={speech}>{children}</Context>;
}

export function useTexts(): Speech {
  const speech = useContext(Context);
  if (!speech) throw new Error("outside of TextsProvider");
  return speech;
}
