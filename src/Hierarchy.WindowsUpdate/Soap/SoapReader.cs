using System.Buffers;
using System.Globalization;
using System.Text;
using System.Xml;
using Hierarchy.Domain;

namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>
/// Reads a SOAP 1.1 answer as it comes, by local names: prefixes differ between servers, and elements that are not asked for are passed
/// over. A method that reads an element starts on its start tag and leaves it behind.
/// </summary>
internal sealed class SoapReader : IDisposable
{
    /// <summary>Answers are six levels deep; what is far deeper is an attack.</summary>
    private const int MaxDepth = 32;

    private const string InstanceNamespace = "http://www.w3.org/2001/XMLSchema-instance";

    private static readonly XmlReaderSettings Settings = new()
    {
        DtdProcessing = DtdProcessing.Prohibit,
        XmlResolver = null,
        IgnoreComments = true,
        IgnoreProcessingInstructions = true,
        IgnoreWhitespace = true,
    };

    private readonly XmlReader _xml;
    private bool _isAhead;

    public SoapReader(Stream stream) => _xml = XmlReader.Create(stream, Settings);

    /// <summary>The local name of the element.</summary>
    public string Name => _xml.LocalName;

    public int Depth => _xml.Depth;

    /// <summary>Moves to the child of Body, which is a result or a fault.</summary>
    public void MoveToBody()
    {
        _xml.MoveToContent();
        if (_xml.LocalName != "Envelope") throw new IntegrityException($"the root element is `{_xml.LocalName}`, not a SOAP envelope");
        while (NextChild(parentDepth: 0))
        {
            if (_xml.LocalName != "Body")
            {
                Skip();
                continue;
            }

            if (NextChild(parentDepth: 1)) return;
            break;
        }

        throw new IntegrityException("the SOAP envelope has no body");
    }

    /// <summary>Moves to the next child of the element at this depth; false at its end. What is nil (`xsi:nil`) counts as absent.</summary>
    public bool NextChild(int parentDepth)
    {
        if (!_isAhead && _xml.Depth == parentDepth && (_xml.NodeType == XmlNodeType.EndElement || _xml.IsEmptyElement)) return false;
        while (Advance() && _xml.Depth > parentDepth)
        {
            if (_xml.NodeType != XmlNodeType.Element) continue;
            if (!IsNil()) return true;
            Skip();
        }

        return false;
    }

    /// <summary>Moves to a child by name, wherever it stands among its siblings; false when there is none.</summary>
    public bool MoveToChild(string name)
    {
        var depth = Depth;
        while (NextChild(depth))
        {
            if (Name == name) return true;
            Skip();
        }

        return false;
    }

    public void Skip()
    {
        if (_xml.IsEmptyElement) return;
        var depth = _xml.Depth;
        while (Advance() && _xml.Depth > depth) { }
    }

    public string ReadText()
    {
        if (_xml.IsEmptyElement) return "";
        var depth = _xml.Depth;
        var first = "";
        StringBuilder? more = null;
        while (Advance() && _xml.Depth > depth)
        {
            if (_xml.NodeType is not (XmlNodeType.Text or XmlNodeType.CDATA or XmlNodeType.SignificantWhitespace)) continue;
            if (first.Length == 0) first = _xml.Value;
            else (more ??= new StringBuilder(first)).Append(_xml.Value);
        }

        return more?.ToString() ?? first;
    }

    public Guid ReadGuid()
    {
        var (name, text) = (Name, ReadText());
        return Guid.TryParse(text, out var value) ? value : throw Meaningless(name, text, "a GUID");
    }

    public int ReadInt()
    {
        var (name, text) = (Name, ReadText());
        return int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw Meaningless(name, text, "a number");
    }

    public bool ReadBoolean()
    {
        var (name, text) = (Name, ReadText());
        return text.Trim() switch
        {
            "true" or "1" => true,
            "false" or "0" => false,
            _ => throw Meaningless(name, text, "true or false"),
        };
    }

    /// <summary>A moment, UTC where no zone is said; null for the end of the year 9999, which the protocol says for never.</summary>
    public DateTimeOffset? ReadTime()
    {
        var (name, text) = (Name, ReadText().Trim());
        if (text.StartsWith("9999-", StringComparison.Ordinal)) return null;
        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
            ? time
            : throw Meaningless(name, text, "a date and time");
    }

    /// <summary>Base64 content, decoded on the way, without a string in between.</summary>
    public byte[] ReadBytes(int limit)
    {
        var name = Name;
        var buffer = ArrayPool<byte>.Shared.Rent(8 * 1024);
        var length = 0;
        try
        {
            int read;
            while ((read = _xml.ReadElementContentAsBase64(buffer, length, buffer.Length - length)) > 0)
            {
                length += read;
                if (length > limit) throw new IntegrityException($"{name} has more than {limit:N0} bytes");
                if (length < buffer.Length) continue;
                var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
                buffer.AsSpan(0, length).CopyTo(larger);
                ArrayPool<byte>.Shared.Return(buffer);
                buffer = larger;
            }

            // Unlike all other reading methods this one stands behind the end tag.
            _isAhead = true;
            return buffer.AsSpan(0, length).ToArray();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    public void Dispose() => _xml.Dispose();

    private bool IsNil() => _xml.HasAttributes && _xml.GetAttribute("nil", InstanceNamespace)?.Trim() is "true" or "1";

    private bool Advance()
    {
        if (_isAhead)
        {
            _isAhead = false;
            return !_xml.EOF;
        }

        if (!_xml.Read()) return false;
        return _xml.Depth <= MaxDepth ? true : throw new IntegrityException($"elements are nested deeper than {MaxDepth}");
    }

    private static IntegrityException Meaningless(string name, string text, string wanted) =>
        new($"{name} `{(text.Length > 80 ? text[..80] : text)}` is not {wanted}");
}
