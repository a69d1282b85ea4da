// SPDX-License-Identifier: AGPL-3.0-or-later

export type EmojiGroup = 'smileys' | 'people' | 'nature' | 'food' | 'things' | 'signs'

/** What the quick row over a message offers. */
export const quickReactions = ['👍', '❤️', '😂', '🔥', '👏', '🙏', '😢'] as const

const rows: Record<EmojiGroup, string> = {
  smileys:
    '😀 😃 😄 😁 😆 😅 😂 🤣 🥲 ☺️ 😊 😇 🙂 🙃 😉 😌 😍 🥰 😘 😗 😙 😚 😋 😛 😝 😜 🤪 🤨 🧐 🤓 😎 🥸 🤩 🥳 😏 😒 😞 😔 😟 😕 🙁 ☹️ 😣 😖 😫 😩 🥺 😢 😭 😤 😠 😡 🤬 🤯 😳 🥵 🥶 😱 😨 😰 😥 😓 🤗 🤔 🫣 🤭 🫢 🤫 🤥 😶 😐 😑 😬 🫠 🙄 😯 😦 😧 😮 😲 🥱 😴 🤤 😪 😵 🤐 🥴 🤢 🤮 🤧 😷 🤒 🤕',
  people:
    '👋 🤚 🖐️ ✋ 🖖 👌 🤌 🤏 ✌️ 🤞 🫰 🤟 🤘 🤙 👈 👉 👆 👇 ☝️ 👍 👎 ✊ 👊 🤛 🤜 👏 🙌 🫶 👐 🤲 🤝 🙏 ✍️ 💪 🧠 👀 👁️ 👄 👶 🧒 👦 👧 🧑 👨 👩 🧔 👴 👵 🙍 🙅 🙆 💁 🙋 🤦 🤷 🧕 👮 👷 🤴 👸 🤰 🚶 🏃 💃 🕺 👫 👪',
  nature:
    '🐶 🐱 🐭 🐹 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🐦 🦆 🦅 🦉 🐺 🐴 🦄 🐝 🦋 🐌 🐞 🐢 🐍 🐙 🐬 🐳 🐟 🦌 🐐 🐑 🐪 🐘 🌵 🌲 🌳 🌴 🌱 🌿 🍀 🍁 🍂 🌾 🌷 🌹 🌺 🌸 🌼 🌻 🌞 🌙 ⭐ 🌟 ✨ ⚡ 🔥 💧 🌊 🌈 ☀️ ⛅ ☁️ 🌧️ ⛈️ ❄️ ☃️ 🌪️',
  food: '🍏 🍎 🍐 🍊 🍋 🍌 🍉 🍇 🍓 🫐 🍈 🍒 🍑 🥭 🍍 🥥 🥝 🍅 🍆 🥑 🥦 🥒 🌶️ 🌽 🥕 🧄 🧅 🥔 🍞 🥐 🥖 🥨 🧀 🥚 🍳 🥞 🥓 🍔 🍟 🍕 🌭 🥪 🌮 🌯 🥗 🍝 🍜 🍲 🍛 🍣 🍚 🍢 🍡 🍧 🍨 🍦 🥧 🧁 🍰 🎂 🍮 🍭 🍬 🍫 🍿 🍩 🍪 🥜 🍯 🥛 ☕ 🫖 🍵 🥤 🧃 🧉 🧊',
  things:
    '⚽ 🏀 🏐 🎾 🏓 🏸 🥊 🎯 🎮 🎲 ♟️ 🎭 🎨 🎬 🎤 🎧 🎼 🎹 🥁 🎷 🎸 🎻 🏆 🥇 🎖️ 🚗 🚕 🚌 🚑 🚒 🚲 🛵 🏍️ ✈️ 🚀 🚁 🚢 ⚓ 🚦 🗺️ 🏔️ 🏕️ 🏖️ 🏠 🏢 🏥 🏫 🕌 ⌚ 📱 💻 ⌨️ 🖨️ 📷 🎥 📞 📺 📻 ⏰ ⏳ 🔋 💡 🔦 🕯️ 💰 💳 💎 🔧 🔨 ⚙️ 🧲 🔬 🔭 💊 🩹 🚪 🛏️ 🛁 🔑 🧸 🎁 🎈 🎉 🎊 ✉️ 📦 📮 📜 📄 📊 📅 📌 📍 📎 ✂️ 🔒 🔓 📚 📖 🔖 ✏️ 🖊️ 🔍',
  signs:
    '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 🤎 💔 ❤️‍🔥 💕 💞 💓 💗 💖 💘 💝 💯 💢 💥 💫 💦 💨 🕊️ ☮️ ☪️ ✝️ ✡️ ☯️ ✅ ☑️ ✔️ ❌ ❎ ➕ ➖ ➗ ❓ ❔ ❗ ‼️ ⁉️ ⚠️ 🚫 ⛔ 🔞 ♻️ 🔴 🟠 🟡 🟢 🔵 🟣 ⚫ ⚪ 🟤 ▶️ ⏸️ ⏹️ ⏩ ⏪ 🔼 🔽 ➡️ ⬅️ ⬆️ ⬇️ 🔔 🔕 🎵 🎶 ♾️ ©️ ®️ ™️ 🏁 🚩 🏳️ 🏴 🇮🇷 🇦🇫 🇹🇯 🇩🇪 🇫🇷 🇬🇧 🇺🇸 🇨🇦 🇹🇷 🇮🇶',
}

export const emojiGroups = Object.entries(rows).map(([group, row]) => ({
  group: group as EmojiGroup,
  list: row.split(' '),
}))

const storageKey = 'zolal.emoji'

export function recentEmoji(): string[] {
  try {
    return JSON.parse(localStorage.getItem(storageKey) ?? '[]') as string[]
  } catch {
    return []
  }
}

export function rememberEmoji(emoji: string): void {
  const recent = [emoji, ...recentEmoji().filter((e) => e !== emoji)].slice(0, 24)
  try {
    localStorage.setItem(storageKey, JSON.stringify(recent))
  } catch {
    // Without storage there is no row of recent ones.
  }
}
