using Hierarchy.Cli.Formats;

namespace Hierarchy.Cli.Documents;

/// <summary>A file of an update.</summary>
internal sealed record FileDocument(string Name, long Size, string? Sha1, string? Sha256, string? MicrosoftUpdateUrl)
{
    public static FileDocument From(Protocol.Catalog.V1.File file)
        => new(file.Name, file.Size, Wire.Hex(file.Sha1), Wire.Hex(file.Sha256), Wire.NullIfEmpty(file.MicrosoftUpdateUrl));
}
