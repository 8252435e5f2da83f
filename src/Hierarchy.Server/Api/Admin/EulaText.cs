using System.Text;
using Hierarchy.Content;
using Hierarchy.Content.Transfer;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;

namespace Hierarchy.Server.Api.Admin;

/// <summary>Texts of licences: files like those of updates, fetched when somebody wants to read one.</summary>
internal sealed class EulaText(ContentFetcher fetcher, TimeProvider time)
{
    private const int Longest = 1 << 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>The text in that language, else in English, else the first; or why there is none.</summary>
    public async Task<(string Text, string Language, string Missing)> ReadAsync(IReadOnlyList<CatalogFile> texts, string language, CancellationToken cancellationToken)
    {
        var file = In(language) ?? In("en") ?? (texts.Count > 0 ? texts[0] : null);
        if (file is null) return ("", "", "Its publisher gives no text.");
        var spoken = file.Languages is [var one, ..] ? one : "";
        if (file.Size > Longest) return ("", spoken, $"Its text has {file.Size:N0} bytes: fetch {file.Name} from {file.MicrosoftUpdateUrl} and read it there.");
        using var impatience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, impatience.Token);
        try
        {
            return (Decode(await ReadAsync(ContentFile.From(file), either.Token)), spoken, "");
        }
        catch (Exception exception) when (exception is UnavailableException or IntegrityException)
        {
            return ("", spoken, exception.Message);
        }
        catch (OperationCanceledException) when (impatience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ("", spoken, $"Its text did not arrive within {Patience.TotalSeconds:0} seconds. Its transfer goes on: ask again later, or read {file.MicrosoftUpdateUrl ?? "it at the publisher"}.");
        }

        CatalogFile? In(string wanted) => wanted.Length == 0 ? null : texts.FirstOrDefault(text => text.Languages.Contains(wanted, StringComparer.OrdinalIgnoreCase));
    }

    private async Task<byte[]> ReadAsync(ContentFile file, CancellationToken cancellationToken)
    {
        var bytes = new byte[file.Size];
        using var reader = await fetcher.OpenAsync(file);
        for (var read = 0; read < bytes.Length;)
        {
            await reader.WaitForAsync(read, cancellationToken);
            read += await reader.ReadAsync(read, bytes.AsMemory(read), cancellationToken);
        }

        return bytes;
    }

    /// <summary>What the bytes say they are; without a mark UTF-8, and what is none is taken for the code page of old installers.</summary>
    private static string Decode(byte[] bytes)
    {
        if (bytes is [0xFF, 0xFE, ..]) return Encoding.Unicode.GetString(bytes.AsSpan(2));
        if (bytes is [0xFE, 0xFF, ..]) return Encoding.BigEndianUnicode.GetString(bytes.AsSpan(2));
        if (bytes is [0xEF, 0xBB, 0xBF, ..]) return Encoding.UTF8.GetString(bytes.AsSpan(3));
        try
        {
            return new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true).GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return Encoding.Latin1.GetString(bytes);
        }
    }
}
