using Hierarchy.Content.Store;

namespace Hierarchy.Content.Transfer;

/// <summary>
/// Reads a file that is stored, or still arriving: <see cref="WaitForAsync"/> waits for a byte, <see cref="ReadAsync"/> takes
/// what is there. The last byte of an arriving file is withheld until the whole is verified, so whoever has read to the end has read the true file.
/// </summary>
public sealed class ContentReader : IDisposable
{
    private readonly IContentBytes? _stored;
    private readonly ContentTransfer? _transfer;

    /// <summary>The run of the transfer that bytes were taken from: a later run may hold other bytes. -1 before the first.</summary>
    private int _run = -1;

    private int _isDisposed;

    internal ContentReader(ContentFile file, IContentBytes stored)
    {
        File = file;
        _stored = stored;
    }

    internal ContentReader(ContentTransfer transfer)
    {
        File = transfer.File;
        _transfer = transfer;
    }

    /// <summary>The file.</summary>
    public ContentFile File { get; }

    /// <summary>True when the file was in the store at the time of asking.</summary>
    public bool IsStored => _stored is not null;

    /// <summary>Waits until the byte at an offset can be read; answers how many bytes can be, counted from the file's start.</summary>
    /// <exception cref="Domain.UnavailableException">It cannot be fetched at present.</exception>
    /// <exception cref="Domain.IntegrityException">What arrived was not the file.</exception>
    public ValueTask<long> WaitForAsync(long offset, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(offset, File.Size);
        return _transfer is null ? ValueTask.FromResult(File.Size) : _transfer.WaitForAsync(offset, _run, cancellationToken);
    }

    /// <summary>Reads what is there from an offset on, at least one byte, after <see cref="WaitForAsync"/> said that there is one.</summary>
    public async ValueTask<int> ReadAsync(long offset, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (_transfer is not null)
        {
            (var read, _run) = await _transfer.ReadAsync(offset, buffer, _run, cancellationToken);
            return read;
        }

        // One of the two is always there: see the constructors.
        return await _stored!.ReadAsync(offset, buffer, cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        _stored?.Dispose();
        _transfer?.Release();
    }
}
