using System.Xml;

namespace Hierarchy.Testing.Generation;

/// <summary>An update's texts in one language.</summary>
internal sealed record LocalizedText(string Language, string Title, string? Description = null, string? UninstallNotes = null, string? Url = null)
{
    public void Write(XmlWriter xml)
    {
        xml.WriteStartElement("upd", "LocalizedProperties", Names.Update);
        Element(xml, "Language", Language);
        Element(xml, "Title", Title);
        Element(xml, "Description", Description);
        Element(xml, "UninstallNotes", UninstallNotes);
        Element(xml, "MoreInfoUrl", Url);
        Element(xml, "SupportUrl", Url);
        xml.WriteEndElement();
    }

    private static void Element(XmlWriter xml, string name, string? value)
    {
        if (value is not null)
            xml.WriteElementString("upd", name, Names.Update, value);
    }
}
