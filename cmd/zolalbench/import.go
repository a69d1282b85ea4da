// SPDX-License-Identifier: AGPL-3.0-or-later

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/protobuf/proto"
)

// importResult is what taking over a channel costs.
type importResult struct {
	Messages int     `json:"messages"`
	Rate     float64 `json:"messages_per_second"`
	RSS      int64   `json:"rss_peak_bytes"`
	Seconds  float64 `json:"seconds"`
	Added    int     `json:"added"`
	Bytes    int64   `json:"file_bytes"`
	Start    float64 `json:"start_with_them_seconds"`
}

func importCommand(s *settings) *cobra.Command {
	messages := 125000
	c := &cobra.Command{
		Use: "import", Short: "import an export of that many messages, then start on them",
		Example: "  zolalbench import --messages 125000 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return s.imports(cmd.Context(), messages) },
	}
	c.Flags().IntVar(&messages, "messages", messages, "messages of the made-up export")
	return c
}

func (s *settings) imports(ctx context.Context, messages int) error {
	v, err := s.open(ctx)
	if err != nil {
		return err
	}
	defer v.close()
	res, err := v.importMessages(ctx, messages)
	if err != nil {
		return err
	}
	start := time.Now()
	if err := v.start(ctx); err != nil {
		return err
	}
	res.Start = time.Since(start).Seconds()
	if err := s.report(res); err != nil {
		return err
	}
	if res.Added != messages {
		return errWrong
	}
	return nil
}

// fill imports messages before another bench measures, and starts the server again. A data directory that has
// been filled is used as it is.
func (v *server) fill(ctx context.Context, messages int) error {
	if messages == 0 {
		return nil
	}
	raw, err := os.ReadFile(filepath.Join(v.data, storedNote))
	if err == nil && string(raw) == strconv.Itoa(messages) {
		return nil
	}
	if _, err := v.importMessages(ctx, messages); err != nil {
		return err
	}
	return v.start(ctx)
}

// storedNote is the file in a data directory that says how many messages were imported for benches.
const storedNote = "bench-stored"

// importMessages stops the server, so that the import's memory is its own, and leaves it stopped.
func (v *server) importMessages(ctx context.Context, messages int) (importResult, error) {
	res := importResult{Messages: messages}
	_, err := v.zolal(ctx, "user", "add", "importer", "--count", "1",
		"--tokens-out", filepath.Join(v.data, "importer-token"))
	if err != nil {
		return res, err
	}
	if err := v.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return res, fmt.Errorf("stop: %w", err)
	}
	<-v.exited
	path := filepath.Join(v.data, "export.json")
	if res.Bytes, err = writeExport(path, messages); err != nil {
		return res, err
	}
	defer os.Remove(path)
	cmd := exec.CommandContext(ctx, v.settings.binary, "import", "telegram", path, "--as", "importer1",
		"--channel", "imported_bench", "--json", "--data", v.data)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return res, fmt.Errorf("import: %w: %s", err, stderr.String())
	}
	res.Seconds = time.Since(start).Seconds()
	res.Rate = float64(messages) / res.Seconds
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		res.RSS = usage.Maxrss << 10
	}
	var got struct{ Added int }
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		return res, fmt.Errorf("import: read its report: %w", err)
	}
	res.Added = got.Added
	note := filepath.Join(v.data, storedNote)
	if err := os.WriteFile(note, []byte(strconv.Itoa(messages)), 0o600); err != nil {
		return res, fmt.Errorf("note what is stored: %w", err)
	}
	return res, nil
}

// exportLine is the text of the made-up messages: Persian, as long as people's are.
const exportLine = "سلام، این پیام شمارهٔ %d است و می\u200cخواهد به درازای پیام\u200cهای مردم باشد."

// writeExport makes an export in the shape of Telegram Desktop's, with plain and formatted messages, replies
// and edits, and returns its size.
func writeExport(path string, messages int) (int64, error) {
	f, err := os.Create(path)
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	defer f.Close()
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprint(w, "{\n \"name\": \"Bench\",\n \"type\": \"public_channel\",\n",
		" \"id\": 1234567,\n \"messages\": [\n")
	for i := 1; i <= messages; i++ {
		if i > 1 {
			w.WriteString(",\n")
		}
		unix := 1500000000 + i*60
		date := time.Unix(int64(unix), 0).UTC().Format("2006-01-02T15:04:05")
		line := fmt.Sprintf(exportLine, i)
		fmt.Fprintf(w, `  {"id": %d, "type": "message", "date": %q, "date_unixtime": "%d", `+
			`"from": "Bench", "from_id": "channel1234567"`, i, date, unix)
		if i%7 == 0 {
			fmt.Fprintf(w, `, "reply_to_message_id": %d`, i-3)
		}
		if i%11 == 0 {
			fmt.Fprintf(w, `, "edited": %q, "edited_unixtime": "%d"`, date, unix+5)
		}
		plain := fmt.Sprintf(`{"type": "plain", "text": %q}`, line)
		body := fmt.Sprintf(`"text": %q, "text_entities": [%s]`, line, plain)
		if i%3 == 0 {
			bold := `{"type": "bold", "text": "خبر"}`
			body = fmt.Sprintf(`"text": [%s, %q], "text_entities": [%s, %s]`,
				bold, line, bold, plain)
		}
		fmt.Fprintf(w, ", %s}", body)
	}
	w.WriteString("\n ]\n}\n")
	if err := w.Flush(); err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return 0, fmt.Errorf("export: %w", err)
	}
	return info.Size(), nil
}

func sizeOf(m proto.Message) int { return proto.Size(m) }
