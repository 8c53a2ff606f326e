/** Nested rules as nested boxes: groups hold together by "all" or "one of", each rule is a line. */
import { ActionIcon, Button, Group, Menu, SegmentedControl, Stack, Text, Tooltip } from "@mantine/core";
import { useTexts } from "../../app/texts";
import { Icon } from "../../components/Icon";
import { Leaf } from "./Leaf";
import { addTo, blank, childPaths, kindOf, negateAt, nodeAt, removeAt, replaceAt, type Kind, type Node, type Path } from "./tree";
import type { Knowledge } from "./useWords";

export interface Fault {
  path: string;
  text: string;
}

interface BranchProps {
  root: Node;
  path: Path;
  change: (root: Node | null) => void;
  knowledge: Knowledge;
  faults: Fault[];
}

const KINDS = ["count", "moment", "attr", "consent", "sequence", "segment", "list", "bucket", "all", "any"] as const satisfies Kind[];

export function AddRule({ add, compact = false }: { add: (node: Node) => void; compact?: boolean }) {
  const { t } = useTexts();
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button variant="default" size={compact ? "compact-sm" : "sm"} leftSection={<Icon name="plus" size={14} />}>{t("builder.add")}</Button>
      </Menu.Target>
      <Menu.Dropdown>
        {KINDS.map((kind) => <Menu.Item key={kind} onClick={() => add(blank(kind))}>{t(`builder.kind-${kind}`)}</Menu.Item>)}
      </Menu.Dropdown>
    </Menu>
  );
}

export function Branch(props: BranchProps) {
  const { root, path, change, knowledge, faults } = props;
  const { t } = useTexts();
  const node = nodeAt(root, path);
  const kind = kindOf(node);
  const here = faults.filter((fault) => fault.path === path.join("/"));
  const isGroup = kind === "all" || kind === "any";
  return (
    <Stack gap="xs">
      {isGroup || kind === "not" ? (
        <div className={`group group-${kind}`}>
          <Stack gap="xs">
            <Group justify="space-between">
              {isGroup ? (
                <SegmentedControl size="xs" value={kind} aria-label={t("builder.together")}
                  data={[{ value: "all", label: t("builder.all") }, { value: "any", label: t("builder.any") }]}
                  onChange={(next) => change(replaceAt(root, path, { [next]: node[kind]! }))} />
              ) : <Text size="sm" fw={600}>{t("builder.not")}</Text>}
              <Tools {...props} />
            </Group>
            {childPaths(node, path).map((child) => <Branch key={child.join("/")} {...props} path={child} />)}
            {isGroup && <Group><AddRule compact add={(rule) => change(addTo(root, path, rule))} /></Group>}
          </Stack>
        </div>
      ) : (
        <Group justify="space-between" align="flex-start" wrap="nowrap">
          <Leaf node={node} set={(next) => change(replaceAt(root, path, next))} knowledge={knowledge} />
          <Tools {...props} />
        </Group>
      )}
      {here.map((fault) => <Text key={fault.text} size="sm" c="var(--mantine-color-error)" role="alert">{fault.text}</Text>)}
      {path.length === 0 && !isGroup && <Group><AddRule compact add={(rule) => change(addTo(root, path, rule))} /></Group>}
    </Stack>
  );
}

function Tools({ root, path, change }: BranchProps) {
  const { t } = useTexts();
  const plain = { variant: "subtle", color: "gray", c: "var(--mantine-color-text)" } as const;
  return (
    <Group gap={2} wrap="nowrap">
      <Tooltip label={t("builder.negate")}>
        <Button {...plain} size="compact-xs" aria-label={t("builder.negate")} onClick={() => change(negateAt(root, path))}>≠</Button>
      </Tooltip>
      <Tooltip label={t("builder.remove")}>
        <ActionIcon {...plain} size="sm" aria-label={t("builder.remove")} onClick={() => change(removeAt(root, path))}><Icon name="trash" size={16} /></ActionIcon>
      </Tooltip>
    </Group>
  );
}
