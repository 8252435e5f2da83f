using Hierarchy.Content.Store;
using Hierarchy.Domain;

namespace Hierarchy.Content.Transfer;

/// <summary>What one transfer remembers between its attempts.</summary>
internal sealed class TransferRun(ContentTransfer transfer)
{
    private Uri? _contributor;

    public ContentTransfer Transfer { get; } = transfer;

    public PartialFile? Partial { get; set; }

    /// <summary>Origins that sent something else.</summary>
    public HashSet<Uri> Refused { get; } = [];

    /// <summary>What the last of them sent.</summary>
    public IntegrityException? Wrong { get; set; }

    /// <summary>True when the bytes are not all from the origin that contributed last.</summary>
    public bool IsMixed { get; private set; }

    /// <summary>True when the last copy took bytes, or had them all: then they may be wrong.</summary>
    public bool HasTaken { get; set; }

    public long Length => Partial?.Length ?? 0;

    public void Contribute(ContentOrigin origin)
    {
        IsMixed = Length > 0 && (IsMixed || _contributor != origin.Url);
        _contributor = origin.Url;
    }

    public void StartOver()
    {
        // Readers are told before the bytes go.
        Transfer.StartOver();
        Partial?.Restart();
    }
}
