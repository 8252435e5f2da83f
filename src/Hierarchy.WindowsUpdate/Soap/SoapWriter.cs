using System.Xml;

namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>Writes elements of one namespace, in the order that the schema wants: the caller keeps it.</summary>
internal readonly struct SoapWriter(XmlWriter xml, string ns)
{
    public void Value(string name, string? value)
    {
        if (value is not null) xml.WriteElementString(name, ns, value);
    }

    public void Value(string name, bool value) => xml.WriteElementString(name, ns, XmlConvert.ToString(value));

    public void Value(string name, int value) => xml.WriteElementString(name, ns, XmlConvert.ToString(value));

    public void Value(string name, Guid value) => xml.WriteElementString(name, ns, value.ToString("D"));

    public void Element(string name, Action<SoapWriter> content)
    {
        xml.WriteStartElement(name, ns);
        content(this);
        xml.WriteEndElement();
    }
}
