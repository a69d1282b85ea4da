// SPDX-License-Identifier: Apache-2.0

package zolal

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"google.golang.org/protobuf/encoding/protojson"

	zolalv1 "github.com/zolal-im/zolal/proto/zolal/v1"
)

// uploadPath is where uploads are made, by tus 1.0 (MEDIA-1).
const uploadPath = "/upload/"

// Upload is what is to be uploaded.
type Upload struct {
	Content io.ReaderAt
	Size    int64
	Name    string
	Photo   bool // the server takes out of it what says where and with what it was made
	// Chunk is how many bytes go in one request; 0: all that are left.
	Chunk int64
	// Progress is told how much the server has for good; it may be nil.
	Progress func(offset int64)
}

// Upload uploads something and returns what the server made of it. It goes on after a broken connection and
// after a restart of the server, until ctx ends.
func (c *Client) Upload(ctx context.Context, u Upload) (*zolalv1.File, error) {
	id, err := c.BeginUpload(ctx, u)
	if err != nil {
		return nil, err
	}
	return c.FinishUpload(ctx, id, u)
}

// BeginUpload makes an upload and returns its id, by which FinishUpload goes on with it, also in another
// process.
func (c *Client) BeginUpload(ctx context.Context, u Upload) (string, error) {
	words := []string{"filename " + base64.StdEncoding.EncodeToString([]byte(u.Name))}
	if u.Photo {
		words = append(words, "kind "+base64.StdEncoding.EncodeToString([]byte("photo")))
	}
	resp, err := c.upload(ctx, http.MethodPost, "", nil, map[string]string{
		"Upload-Length": strconv.FormatInt(u.Size, 10), "Upload-Metadata": strings.Join(words, ","),
	})
	if err != nil {
		return "", fmt.Errorf("begin an upload: %w", err)
	}
	defer resp.Body.Close()
	return path.Base(resp.Header.Get("Location")), nil
}

// FinishUpload sends what the server does not have yet. Where the connection breaks it asks how far it came,
// and goes on from there.
func (c *Client) FinishUpload(ctx context.Context, id string, u Upload) (*zolalv1.File, error) {
	for wait := 100 * time.Millisecond; ; wait = min(2*wait, 10*time.Second) {
		err := c.sendRest(ctx, id, u)
		if err == nil {
			f := new(zolalv1.File)
			return f, c.Call(ctx, "Files/Get", &zolalv1.FileRequest{File: id}, f)
		}
		switch CodeOf(err) {
		case 0, zolalv1.ErrorCode_UPLOAD_OFFSET, zolalv1.ErrorCode_UNAVAILABLE, zolalv1.ErrorCode_CHECKSUM_WRONG,
			zolalv1.ErrorCode_BAD_FRAME:
		default:
			return nil, fmt.Errorf("upload: %w", err)
		}
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil, fmt.Errorf("upload: %w", errors.Join(ctx.Err(), err))
		}
	}
}

// sendRest asks how far an upload is and sends from there.
func (c *Client) sendRest(ctx context.Context, id string, u Upload) error {
	resp, err := c.upload(ctx, http.MethodHead, id, nil, nil)
	if err != nil {
		return err
	}
	resp.Body.Close()
	at, err := offsetOf(resp)
	for err == nil && at < u.Size {
		if u.Progress != nil {
			u.Progress(at)
		}
		n := u.Size - at
		if u.Chunk > 0 {
			n = min(n, u.Chunk)
		}
		resp, err = c.upload(ctx, http.MethodPatch, id, io.NewSectionReader(u.Content, at, n), map[string]string{
			"Content-Type": "application/offset+octet-stream", "Upload-Offset": strconv.FormatInt(at, 10),
		})
		if err == nil {
			resp.Body.Close()
			at, err = offsetOf(resp)
		}
	}
	if err == nil && u.Progress != nil {
		u.Progress(at)
	}
	return err
}

func offsetOf(resp *http.Response) (int64, error) {
	at, err := strconv.ParseInt(resp.Header.Get("Upload-Offset"), 10, 64)
	if err != nil {
		return 0, ErrInterfering
	}
	return at, nil
}

// CancelUpload ends an upload that is not finished.
func (c *Client) CancelUpload(ctx context.Context, id string) error {
	resp, err := c.upload(ctx, http.MethodDelete, id, nil, nil)
	if err != nil {
		return fmt.Errorf("cancel an upload: %w", err)
	}
	return resp.Body.Close()
}

func (c *Client) upload(
	ctx context.Context, method, id string, body *io.SectionReader, headers map[string]string,
) (*http.Response, error) {
	all := map[string]string{"Tus-Resumable": "1.0.0"}
	for k, v := range headers {
		all[k] = v
	}
	return c.ask(ctx, method, uploadPath+id, body, all)
}

// MediaPath is the path of a part of what a message carries, for who may read it: "original", "poster", "320"
// or "1280" (MEDIA-6).
func MediaPath(chat, seq uint32, part string) string {
	return fmt.Sprintf("/media/chat/%d/%d/%s", chat, seq, part)
}

// PublicMediaPath is the path of what a post of a public channel carries, for everybody (MEDIA-7).
func PublicMediaPath(hash []byte, part string) string {
	return "/media/public/" + hex.EncodeToString(hash) + "/" + part
}

// AccountPhotoPath is the path of a photo of an account, as it came in an answer: "original", or a JPEG at
// most "160" or "640" pixels long (PHOTO-4).
func AccountPhotoPath(account uint32, p *zolalv1.Photo, part string) string {
	return photoPath("account", account, p, part)
}

// ChatPhotoPath is the path of the photo of a chat (PHOTO-4).
func ChatPhotoPath(chat uint32, p *zolalv1.Photo, part string) string {
	return photoPath("chat", chat, p, part)
}

func photoPath(of string, id uint32, p *zolalv1.Photo, part string) string {
	if p.GetPublic() {
		return PublicMediaPath(p.GetHash(), part)
	}
	return fmt.Sprintf("/media/photo/%s/%d/%d/%s", of, id, p.GetSeq(), part)
}

// Fetch opens a content from an offset on. Whoever reads it to the end has all of it, or an error.
func (c *Client) Fetch(ctx context.Context, path string, offset int64) (io.ReadCloser, http.Header, error) {
	headers := map[string]string{}
	if offset > 0 {
		headers["Range"] = fmt.Sprintf("bytes=%d-", offset)
	}
	resp, err := c.ask(ctx, http.MethodGet, path, nil, headers)
	if err != nil {
		return nil, nil, fmt.Errorf("fetch: %w", err)
	}
	return resp.Body, resp.Header, nil
}

// ask makes a request of this device beside its connection.
func (c *Client) ask(
	ctx context.Context, method, path string, body *io.SectionReader, headers map[string]string,
) (*http.Response, error) {
	base, err := url.Parse(c.route.current())
	if err != nil {
		return nil, fmt.Errorf("address: %w", err)
	}
	base.Path = path
	req, err := http.NewRequestWithContext(ctx, method, base.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("request: %w", err)
	}
	if body != nil {
		req.Body, req.ContentLength = io.NopCloser(body), body.Size()
	}
	for k, v := range headers {
		req.Header.Set(k, v)
	}
	req.Header.Set("Authorization", "Bearer "+c.o.Token)
	resp, err := c.media().Do(req)
	if err != nil {
		return nil, err
	}
	switch {
	case resp.Header.Get("Zolal") != "v1":
		resp.Body.Close()
		return nil, ErrInterfering
	case resp.StatusCode >= 300:
		defer resp.Body.Close()
		return nil, refusedMedia(method, resp)
	}
	return resp, nil
}

// media is the HTTP client of uploads and downloads, which share no connection with calls.
func (c *Client) media() *http.Client {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.transfers == nil {
		c.transfers = c.o.httpClient()
	}
	return c.transfers
}

// refusedMedia reads why the server refused. An answer to HEAD has no body: its status tells what it can.
func refusedMedia(method string, resp *http.Response) error {
	if method == http.MethodHead {
		code := map[int]zolalv1.ErrorCode{
			http.StatusGone: zolalv1.ErrorCode_FILE_GONE, http.StatusUnauthorized: zolalv1.ErrorCode_UNAUTHENTICATED,
			http.StatusForbidden:           zolalv1.ErrorCode_FORBIDDEN,
			http.StatusInsufficientStorage: zolalv1.ErrorCode_DISK_FULL,
		}[resp.StatusCode]
		if code == 0 {
			return fmt.Errorf("the server answers %s", resp.Status)
		}
		return fromWire(&zolalv1.Error{Code: code, Message: resp.Status})
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, maxFrame))
	if err != nil {
		return fmt.Errorf("read answer: %w", err)
	}
	e := new(zolalv1.Error)
	if err := protojson.Unmarshal(raw, e); err != nil || e.GetCode() == 0 {
		return ErrInterfering
	}
	return fromWire(e)
}
