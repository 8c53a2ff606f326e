/** The gallery: segments, campaigns and letters to begin with. The services judge each of them in a test. */
import campaigns from "./campaigns.json";
import letters from "./letters.json";
import segments from "./segments.json";

export interface SegmentTemplate {
  key: string;
  name: string[];
  about: string[];
  definition: unknown;
}

export const SEGMENT_TEMPLATES: SegmentTemplate[] = segments;
export const CAMPAIGN_TEMPLATES = campaigns;
export const LETTER_TEMPLATES = letters;

export type CampaignTemplate = (typeof campaigns)[number];

export function segmentTemplate(key: string | null | undefined) {
  return SEGMENT_TEMPLATES.find((one) => one.key === key);
}

export function campaignTemplate(key: string | undefined) {
  return campaigns.find((one) => one.key === key);
}

export function letterTemplate(key: string | undefined) {
  return letters.find((one) => one.key === key);
}
