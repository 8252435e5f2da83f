using System.Buffers.Binary;

namespace Hierarchy.Server.Courier;

/// <summary>Messages that wait in a file until the header before them can be written. The file is gone when this is, however the server ends.</summary>
internal sealed class CourierSpool : IAsyncDisposable
{
    private readonly FileStream _file;

    public CourierSpool(string folder)
    {
        Directory.CreateDirectory(folder);
        _file = new FileStream(Path.Combine(folder, $"{Guid.NewGuid():N}.spool"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _file.SetLength(0);
        _file.Position = 0;
    }

    public async Task AddAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        var head = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(head, message.Length);
        await _file.WriteAsync(head, cancellationToken);
        await _file.WriteAsync(message, cancellationToken);
    }

    /// <summary>All messages, in order.</summary>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var head = new byte[sizeof(int)];
        _file.Position = 0;
        while (await _file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellationToken) == head.Length)
        {
            var message = new byte[BinaryPrimitives.ReadInt32BigEndian(head)];
            await _file.ReadExactlyAsync(message, cancellationToken);
            yield return message;
        }
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();
}
