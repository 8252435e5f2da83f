using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>A SOAP 1.1 request: the first element of its body names the operation ([MS-WSUSSS] 3.1.4). Elements are found by their local names, in any order.</summary>
internal sealed class SoapRequest
{
    private static readonly XmlReaderSettings Settings = new() { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, IgnoreComments = true, Async = false };

    private readonly XElement _body;

    private SoapRequest(XElement body) => _body = body;

    public string Operation => _body.Name.LocalName;

    public string Namespace => _body.Name.NamespaceName;

    /// <summary>Reads a request; null when it is none.</summary>
    public static SoapRequest? Read(Stream stream)
    {
        try
        {
            using var reader = XmlReader.Create(stream, Settings);
            var envelope = XElement.Load(reader);
            var operation = envelope.Elements().FirstOrDefault(element => element.Name.LocalName == "Body")?.Elements().FirstOrDefault();
            return envelope.Name.LocalName == "Envelope" && operation is not null ? new SoapRequest(operation) : null;
        }
        catch (XmlException)
        {
            return null;
        }
    }

    public XElement? Find(string name) => Child(_body, name);

    /// <summary>The text of a parameter; null for one that is absent or nil.</summary>
    public string? Text(string name) => Find(name) is { } element && !IsNil(element) ? element.Value : null;

    /// <summary>The bytes in a cookie-like parameter; null when they are absent or no base64.</summary>
    public static byte[]? Bytes(XElement? parent, string name)
    {
        var text = parent is null ? null : Child(parent, name)?.Value.Trim();
        if (string.IsNullOrEmpty(text))
            return null;
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? bytes[..length] : null;
    }

    public IReadOnlyList<RevisionKey> Identities(string name)
    {
        if (Find(name) is not { } list)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, name);
        try
        {
            return [.. list.Elements().Select(item => new RevisionKey(
                Guid.Parse(Child(item, "UpdateID")?.Value ?? string.Empty),
                int.Parse(Child(item, "RevisionNumber")?.Value ?? string.Empty, CultureInfo.InvariantCulture)))];
        }
        catch (FormatException)
        {
            throw new SoapFaultException(SoapFaultException.InvalidParameters, name);
        }
    }

    public IReadOnlyList<Guid> Guids(string name)
    {
        if (Find(name) is not { } list)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, name);
        var ids = new List<Guid>();
        foreach (var item in list.Elements())
            ids.Add(Guid.TryParse(item.Value, out var id) ? id : throw new SoapFaultException(SoapFaultException.InvalidParameters, name));
        return ids;
    }

    public static XElement? Child(XElement parent, string name)
    {
        foreach (var element in parent.Elements())
        {
            if (element.Name.LocalName == name)
                return element;
        }

        return null;
    }

    private static bool IsNil(XElement element) =>
        element.Attribute(XName.Get("nil", "http://www.w3.org/2001/XMLSchema-instance"))?.Value is "true" or "1";
}
