namespace Hierarchy.Cli;

/// <summary>A file that is being received: it stands beside its place until it is whole and on the disk, and goes away when it never becomes so. Readable for its owner alone.</summary>
internal sealed class PartialFile : IAsyncDisposable
{
    private readonly FileStream stream;
    private readonly string path;
    private bool isDone;

    private PartialFile(FileStream stream, string path) => (this.stream, this.path) = (stream, path);

    /// <summary>Where the bytes are now.</summary>
    public string Path => stream.Name;

    /// <summary>Bytes received.</summary>
    public long Length { get; private set; }

    /// <summary>Begins; nothing that is there is replaced.</summary>
    public static PartialFile Create(string path)
    {
        path = System.IO.Path.GetFullPath(path);
        if (File.Exists(path) || Directory.Exists(path))
            throw new CommandFailedException("already_exists", $"{path} is there already, and nothing was replaced.", "Name another file, or move that one away.");
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.Read, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            var partial = path + ".partial";
            File.Delete(partial); // A left-over would keep its own mode.
            return new PartialFile(new FileStream(partial, options), path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, exception);
        }
    }

    public async Task WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(bytes, cancellationToken);
            Length += bytes.Length;
        }
        catch (IOException exception)
        {
            throw CannotWrite(path, exception);
        }
    }

    /// <summary>All bytes are there: onto the disk with them.</summary>
    public void Flush()
    {
        try
        {
            stream.Flush(flushToDisk: true);
        }
        catch (IOException exception)
        {
            throw CannotWrite(path, exception);
        }
    }

    /// <summary>They are what they should be: the file gets its name.</summary>
    public async Task CompleteAsync()
    {
        try
        {
            await stream.DisposeAsync();
            File.Move(stream.Name, path);
            isDone = true;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CannotWrite(path, exception);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stream.DisposeAsync();
        if (!isDone) File.Delete(stream.Name);
    }

    private static CommandFailedException CannotWrite(string path, Exception exception) =>
        new("file", $"{path} cannot be written: {exception.Message}", "Look for room and for the right to write there; nothing of the file was kept.", cause: exception);
}
