namespace Hierarchy.Tests.WindowsUpdate.Upstream;

/// <summary>
/// A way of writing SOAP 1.1 that is seen in the wild: the envelope's prefix (none makes its namespace the default one), whether the
/// operation's elements have a prefix, and whether they come with more than was asked for and in reverse.
/// </summary>
public sealed record SoapDialect(string Name, string Envelope, string Operation, bool IsTalkative)
{
    private const string EnvelopeNamespace = "http://schemas.xmlsoap.org/soap/envelope/";
    private const string Namespace = "http://www.microsoft.com/SoftwareDistribution";

    /// <summary>As the recorded WSUS writes.</summary>
    public static SoapDialect Wsus { get; } = new("wsus", "soap", "", IsTalkative: false);

    /// <summary>An answer; the result is written without prefixes.</summary>
    public string Answer(string operation, string result)
    {
        var body = $"""<{operation}Response xmlns="{Namespace}">{result}</{operation}Response>""";
        var document = System.Xml.Linq.XElement.Parse(body, System.Xml.Linq.LoadOptions.PreserveWhitespace);
        if (IsTalkative)
        {
            foreach (var parent in document.DescendantsAndSelf().Where(element => element.HasElements).ToList())
            {
                // Members may stand in any order; the items of a list keep theirs.
                if (parent.Elements().Select(element => element.Name).Distinct().Count() > 1) parent.ReplaceNodes(parent.Nodes().Reverse().ToList());
                var isList = parent.Elements().Select(element => element.Name).Distinct().Count() == 1;
                if (!isList) parent.AddFirst(new System.Xml.Linq.XElement("{urn:new}Surprise", new System.Xml.Linq.XElement("{urn:new}Anchor", "not yours")));
                parent.SetAttributeValue("{urn:new}hint", "1");
            }
        }

        if (Operation.Length > 0)
        {
            document.Attribute("xmlns")?.Remove();
            document.SetAttributeValue(System.Xml.Linq.XNamespace.Xmlns + Operation, Namespace);
        }

        var header = IsTalkative ? $"<{Prefix}Header><x xmlns=\"urn:x\"><y/></x></{Prefix}Header>" : "";
        var declaration = Envelope.Length == 0 ? "xmlns" : $"xmlns:{Envelope}";
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<{Prefix}Envelope {declaration}=\"{EnvelopeNamespace}\">{header}<{Prefix}Body>{document.ToString(System.Xml.Linq.SaveOptions.DisableFormatting)}</{Prefix}Body></{Prefix}Envelope>";
    }

    public override string ToString() => Name;

    private string Prefix => Envelope.Length == 0 ? "" : Envelope + ":";
}
