/** Links within the console, drawn by Mantine and followed by the router. */
import { Anchor, Button, type AnchorProps, type ButtonProps } from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

type Native = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof AnchorProps | keyof ButtonProps> & { ref?: Ref<HTMLAnchorElement> };

export const Go = createLink((props: AnchorProps & Native) => <Anchor size="sm" {...props} />);
export const GoButton = createLink((props: ButtonProps & Native) => <Button component="a" {...props} />);
