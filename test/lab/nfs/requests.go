package main

import "github.com/hanwen/go-fuse/v2/fuse"

// The requests, each with what it does to the file system. Reads and writes go through open files, whose rights were
// checked when they were opened; they still meet the state of the export.

type done = <-chan struct{}

func (s *served) Lookup(c done, in *fuse.InHeader, name string, out *fuse.EntryOut) fuse.Status {
	return s.do(c, in, reads, func() fuse.Status { return s.RawFileSystem.Lookup(c, in, name, out) })
}

func (s *served) GetAttr(c done, in *fuse.GetAttrIn, out *fuse.AttrOut) fuse.Status {
	return s.do(c, &in.InHeader, reads, func() fuse.Status { return s.RawFileSystem.GetAttr(c, in, out) })
}

func (s *served) Statx(c done, in *fuse.StatxIn, out *fuse.StatxOut) fuse.Status {
	return s.do(c, &in.InHeader, reads, func() fuse.Status { return s.RawFileSystem.Statx(c, in, out) })
}

func (s *served) Access(c done, in *fuse.AccessIn) fuse.Status {
	return s.do(c, &in.InHeader, reads, func() fuse.Status { return s.RawFileSystem.Access(c, in) })
}

func (s *served) Readlink(c done, in *fuse.InHeader) (out []byte, status fuse.Status) {
	status = s.do(c, in, reads, func() (status fuse.Status) {
		out, status = s.RawFileSystem.Readlink(c, in)
		return status
	})
	return out, status
}

func (s *served) OpenDir(c done, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	return s.do(c, &in.InHeader, reads, func() fuse.Status { return s.RawFileSystem.OpenDir(c, in, out) })
}

func (s *served) ReadDir(c done, in *fuse.ReadIn, out *fuse.DirEntryList) fuse.Status {
	return s.do(c, &in.InHeader, reads, func() fuse.Status { return s.RawFileSystem.ReadDir(c, in, out) })
}

func (s *served) Open(c done, in *fuse.OpenIn, out *fuse.OpenOut) fuse.Status {
	what := reads
	if in.Flags&fuse.O_ANYWRITE != 0 {
		what = changes
	}
	return s.do(c, &in.InHeader, what, func() fuse.Status { return s.RawFileSystem.Open(c, in, out) })
}

func (s *served) Read(c done, in *fuse.ReadIn, buffer []byte) (result fuse.ReadResult, status fuse.Status) {
	status = s.do(c, &in.InHeader, reads, func() (status fuse.Status) {
		result, status = s.RawFileSystem.Read(c, in, buffer)
		return status
	})
	return result, status
}

func (s *served) Write(c done, in *fuse.WriteIn, data []byte) (written uint32, status fuse.Status) {
	status = s.do(c, &in.InHeader, grows, func() (status fuse.Status) {
		written, status = s.RawFileSystem.Write(c, in, data)
		return status
	})
	return written, status
}

// Writev is asked before Write, and leaves it to that.
func (s *served) Writev(done, *fuse.WriteIn, [][]byte) (uint32, fuse.Status) { return 0, fuse.ENOSYS }

func (s *served) Fsync(c done, in *fuse.FsyncIn) fuse.Status {
	return s.do(c, &in.InHeader, reads, func() fuse.Status { return s.RawFileSystem.Fsync(c, in) })
}

func (s *served) Fallocate(c done, in *fuse.FallocateIn) fuse.Status {
	return s.do(c, &in.InHeader, grows, func() fuse.Status { return s.RawFileSystem.Fallocate(c, in) })
}

func (s *served) Create(c done, in *fuse.CreateIn, name string, out *fuse.CreateOut) fuse.Status {
	return s.do(c, &in.InHeader, grows, func() fuse.Status { return s.RawFileSystem.Create(c, in, name, out) })
}

func (s *served) Mkdir(c done, in *fuse.MkdirIn, name string, out *fuse.EntryOut) fuse.Status {
	return s.do(c, &in.InHeader, grows, func() fuse.Status { return s.RawFileSystem.Mkdir(c, in, name, out) })
}

func (s *served) Mknod(c done, in *fuse.MknodIn, name string, out *fuse.EntryOut) fuse.Status {
	return s.do(c, &in.InHeader, grows, func() fuse.Status { return s.RawFileSystem.Mknod(c, in, name, out) })
}

func (s *served) Symlink(c done, in *fuse.InHeader, target, name string, out *fuse.EntryOut) fuse.Status {
	return s.do(c, in, grows, func() fuse.Status { return s.RawFileSystem.Symlink(c, in, target, name, out) })
}

func (s *served) Link(c done, in *fuse.LinkIn, name string, out *fuse.EntryOut) fuse.Status {
	return s.do(c, &in.InHeader, changes, func() fuse.Status { return s.RawFileSystem.Link(c, in, name, out) })
}

func (s *served) Rename(c done, in *fuse.RenameIn, from, to string) fuse.Status {
	return s.do(c, &in.InHeader, changes, func() fuse.Status { return s.RawFileSystem.Rename(c, in, from, to) })
}

func (s *served) Unlink(c done, in *fuse.InHeader, name string) fuse.Status {
	return s.do(c, in, changes, func() fuse.Status { return s.RawFileSystem.Unlink(c, in, name) })
}

func (s *served) Rmdir(c done, in *fuse.InHeader, name string) fuse.Status {
	return s.do(c, in, changes, func() fuse.Status { return s.RawFileSystem.Rmdir(c, in, name) })
}

func (s *served) SetAttr(c done, in *fuse.SetAttrIn, out *fuse.AttrOut) fuse.Status {
	return s.do(c, &in.InHeader, changes, func() fuse.Status { return s.RawFileSystem.SetAttr(c, in, out) })
}

// NFS has neither of these: the program that asks for them does without.

func (s *served) Tmpfile(done, *fuse.CreateIn, *fuse.CreateOut) fuse.Status { return fuse.ENOSYS }

func (s *served) CopyFileRange(done, *fuse.CopyFileRangeIn) (uint32, fuse.Status) {
	return 0, fuse.ENOSYS
}

func (s *served) GetXAttr(done, *fuse.InHeader, string, []byte) (uint32, fuse.Status) {
	return 0, fuse.ENOSYS
}

func (s *served) ListXAttr(done, *fuse.InHeader, []byte) (uint32, fuse.Status) { return 0, fuse.ENOSYS }

func (s *served) SetXAttr(done, *fuse.SetXAttrIn, string, []byte) fuse.Status { return fuse.ENOSYS }

func (s *served) RemoveXAttr(done, *fuse.InHeader, string) fuse.Status { return fuse.ENOSYS }
