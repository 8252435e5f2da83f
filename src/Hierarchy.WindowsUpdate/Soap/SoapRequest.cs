using System.Text;
using System.Xml;

namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>Writes SOAP 1.1 requests: one body element, its namespace the default one, UTF-8 without a byte order mark.</summary>
internal static class SoapRequest
{
    public const string EnvelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/";

    private static readonly XmlWriterSettings Settings = new() { Encoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false) };

    /// <summary>The bytes of a request; <paramref name="arguments"/> writes the children of the operation's element.</summary>
    public static byte[] Write(string ns, string operation, Action<SoapWriter> arguments)
    {
        using var output = new MemoryStream();
        using (var xml = XmlWriter.Create(output, Settings))
        {
            xml.WriteStartDocument();
            xml.WriteStartElement("soap", "Envelope", EnvelopeNamespace);
            xml.WriteStartElement("Body", EnvelopeNamespace);
            xml.WriteStartElement(operation, ns);
            arguments(new SoapWriter(xml, ns));
        }

        return output.ToArray();
    }
}
