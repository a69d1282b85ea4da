// SPDX-License-Identifier: AGPL-3.0-or-later
import type { AdminWords } from '../admin/words'
import type { AuthWords } from '../auth/words'
import type { BaseWords } from '../base/words'
import type { BrowseWords } from '../browse/words'
import type { ChatWords } from '../chat/words'
import type { ComposerWords } from '../composer/words'
import type { RoomWords } from '../details/words'
import type { FeedbackWords } from '../feedback/words'
import type { InstallWords } from '../install/words'
import type { InviteWords } from '../invite/words'
import type { JoinWords } from '../join/words'
import type { LeavingWords } from '../leaving/words'
import type { ListWords } from '../list/words'
import type { MediaWords } from '../media/words'
import type { NameWords } from '../name/words'
import type { PasskeyWords } from '../passkey/words'
import type { PeopleWords } from '../people/words'
import type { PhotoWords } from '../photo/words'
import type { ProviderWords } from '../provider/words'
import type { ReportWords } from '../report/words'
import type { ScanWords } from '../scan/words'
import type { SearchWords } from '../search/words'
import type { SettingsWords } from '../settings/words'
import type { SharedWords } from '../shared/words'
import type { StaffWords } from '../staff/words'
import type { ErrorWords } from '../state/words'
import type { StorageWords } from '../storage/words'
import type { VoiceWords } from '../voice/words'

/** What is loaded later and has words of its own, by its folder. */
export interface Parts {
  readonly admin: AdminWords
  readonly auth: AuthWords
  readonly base: BaseWords
  readonly browse: BrowseWords
  readonly chat: ChatWords
  readonly composer: ComposerWords
  readonly details: RoomWords
  readonly feedback: FeedbackWords
  readonly install: InstallWords
  readonly invite: InviteWords
  readonly join: JoinWords
  readonly leaving: LeavingWords
  readonly list: ListWords
  readonly media: MediaWords
  readonly name: NameWords
  readonly passkey: PasskeyWords
  readonly people: PeopleWords
  readonly photo: PhotoWords
  readonly provider: ProviderWords
  readonly report: ReportWords
  readonly scan: ScanWords
  readonly search: SearchWords
  readonly settings: SettingsWords
  readonly shared: SharedWords
  readonly staff: StaffWords
  readonly state: ErrorWords
  readonly storage: StorageWords
  readonly voice: VoiceWords
}
