/** Sending a file with its progress, which `fetch` does not tell. */
import { Problem, problemOf } from "../../api/problem";

export interface Reading {
  encoding?: string;
  separator?: string;
}

export function upload<T>(door: string, file: File, reading: Reading, progress: (share: number) => void): Promise<T> {
  const query = new URLSearchParams({ file_name: file.name.slice(0, 200), ...reading });
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${door}?${query}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.total > 0 && progress(event.loaded / event.total);
    request.onerror = () => reject(new Problem(0, "no-answer", "", "", null, []));
    request.onload = () => {
      if (request.status < 400) resolve(JSON.parse(request.responseText) as T);
      else void problemOf(new Response(request.responseText, { status: request.status })).then(reject);
    };
    request.send(file);
  });
}
