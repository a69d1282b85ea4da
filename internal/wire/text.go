// SPDX-License-Identifier: AGPL-3.0-or-later

package wire

import (
	"github.com/zolal-im/zolal/internal/chat"
	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

func messageOut(m *chat.Message) *zolalv1.Message {
	return &zolalv1.Message{
		Text:        m.Text,
		Entities:    EntitiesOut(m.Entities),
		Reply:       replyOut(m.Reply),
		Forward:     forwardOut(m.Forward),
		Signature:   m.Signature,
		Imported:    importedOut(m.Imported),
		Attachments: some(m.Attachments, attachmentOut), Wording: wordingOut(m.Wording),
		Media: mediaOut(m.Media), Album: albumOut(m.Album), Preview: PreviewOut(m.Preview),
	}
}

func messageIn(m *zolalv1.Message) *chat.Message {
	return &chat.Message{
		Text:        m.GetText(),
		Entities:    EntitiesIn(m.GetEntities()),
		Reply:       ReplyIn(m.GetReply()),
		Forward:     forwardIn(m.GetForward()),
		Signature:   m.GetSignature(),
		Imported:    importedIn(m.GetImported()),
		Attachments: some(m.GetAttachments(), attachmentIn), Wording: wordingIn(m.GetWording()),
		Media: mediaIn(m.GetMedia()), Album: albumIn(m.GetAlbum()), Preview: previewIn(m.GetPreview()),
	}
}

// EntitiesOut encodes the formatted ranges of a text.
func EntitiesOut(in []chat.Entity) []*zolalv1.Entity {
	return some(in, func(e chat.Entity) *zolalv1.Entity {
		return &zolalv1.Entity{
			Kind: zolalv1.EntityKind(e.Kind), Offset: e.Offset, Length: e.Length, Value: e.Value,
			Account: uint32(e.Account),
		}
	})
}

// EntitiesIn decodes the formatted ranges of a text. Nothing is checked: rules do that.
func EntitiesIn(in []*zolalv1.Entity) []chat.Entity {
	return some(in, func(e *zolalv1.Entity) chat.Entity {
		return chat.Entity{
			Kind: small[chat.EntityKind](e.GetKind()), Offset: e.GetOffset(), Length: e.GetLength(),
			Value: e.GetValue(), Account: chat.AccountID(e.GetAccount()),
		}
	})
}

func replyOut(r *chat.Reply) *zolalv1.Reply {
	if r == nil {
		return nil
	}
	return &zolalv1.Reply{
		Seq: uint32(r.Seq), Quote: r.Quote, QuoteEntities: EntitiesOut(r.QuoteEntities),
		QuoteOffset: r.QuoteOffset, Author: uint32(r.Author), Number: r.Number,
	}
}

// ReplyIn decodes what a message replies to; nil where it replies to nothing.
func ReplyIn(r *zolalv1.Reply) *chat.Reply {
	if r == nil {
		return nil
	}
	return &chat.Reply{
		Seq: chat.Seq(r.GetSeq()), Quote: r.GetQuote(), QuoteEntities: EntitiesIn(r.GetQuoteEntities()),
		QuoteOffset: r.GetQuoteOffset(), Author: chat.AccountID(r.GetAuthor()), Number: r.GetNumber(),
	}
}

func forwardOut(f *chat.Forward) *zolalv1.Forward {
	if f == nil {
		return nil
	}
	return &zolalv1.Forward{
		Name: f.Name, Account: uint32(f.Account), Chat: uint32(f.Chat), Seq: uint32(f.Seq), AtMs: int64(f.At),
		Signature: f.Signed,
	}
}

func forwardIn(f *zolalv1.Forward) *chat.Forward {
	if f == nil {
		return nil
	}
	return &chat.Forward{
		Name: f.GetName(), Account: chat.AccountID(f.GetAccount()), Chat: chat.ChatID(f.GetChat()),
		Seq: chat.Seq(f.GetSeq()), At: chat.Millis(f.GetAtMs()), Signed: f.GetSignature(),
	}
}

func importedOut(i *chat.Imported) *zolalv1.ImportedFrom {
	if i == nil {
		return nil
	}
	return &zolalv1.ImportedFrom{
		Author: i.Author, AuthorId: i.AuthorID, Number: i.Number, EditedMs: int64(i.Edited), ViaBot: i.ViaBot,
		Digest: i.Digest,
	}
}

func importedIn(i *zolalv1.ImportedFrom) *chat.Imported {
	if i == nil {
		return nil
	}
	return &chat.Imported{
		Author: i.GetAuthor(), AuthorID: i.GetAuthorId(), Number: i.GetNumber(),
		Edited: chat.Millis(i.GetEditedMs()), ViaBot: i.GetViaBot(), Digest: i.GetDigest(),
	}
}

func attachmentOut(a chat.Attachment) *zolalv1.Attachment {
	return &zolalv1.Attachment{
		Kind: a.Kind, Name: a.Name, Mime: a.MIME, Bytes: a.Bytes, Width: a.Width, Height: a.Height,
		Seconds: a.Seconds, Emoji: a.Emoji,
	}
}

func attachmentIn(a *zolalv1.Attachment) chat.Attachment {
	return chat.Attachment{
		Kind: a.GetKind(), Name: a.GetName(), MIME: a.GetMime(), Bytes: a.GetBytes(), Width: a.GetWidth(),
		Height: a.GetHeight(), Seconds: a.GetSeconds(), Emoji: a.GetEmoji(),
	}
}
