namespace Hierarchy.WindowsUpdate.Soap;

/// <summary>A fault as it came: the four values of `detail` are empty where the server did not say them.</summary>
internal sealed record SoapFault(string FaultCode, string FaultString, string ErrorCode, string Message, string Id, string Method)
{
    /// <summary>A hundred missing digests need some 3,000.</summary>
    private const int MaxText = 8_192;

    /// <summary>Reads the Fault element, in which the names matter and their namespaces do not: servers disagree about them.</summary>
    public static SoapFault Read(SoapReader reader)
    {
        string faultCode = "", faultString = "";
        Span<string> detail = ["", "", "", ""];
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            switch (reader.Name)
            {
                case "faultcode":
                    faultCode = reader.ReadText();
                    break;
                case "faultstring":
                    faultString = reader.ReadText();
                    break;
                // SOAP 1.2 has its own words for the same; a server that was asked in 1.1 may still use them.
                case "Code":
                    faultCode = ReadInner(reader, "Value");
                    break;
                case "Reason":
                    faultString = ReadInner(reader, "Text");
                    break;
                case "detail" or "Detail":
                    ReadDetail(reader, detail);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new SoapFault(Clean(faultCode), Clean(faultString), Clean(detail[0]), Clean(detail[1]), Clean(detail[2]), Clean(detail[3]).Trim('"'));
    }

    /// <summary>What a server says goes into messages and logs: on one line and of a reasonable length.</summary>
    private static string Clean(string text)
    {
        text = text.Trim();
        if (text.Length > MaxText) text = text[..MaxText] + "…";
        return text.Any(char.IsControl) ? string.Concat(text.Select(c => char.IsControl(c) ? ' ' : c)) : text;
    }

    private static string ReadInner(SoapReader reader, string name)
    {
        var text = "";
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            if (reader.Name == name && text.Length == 0) text = reader.ReadText();
            else reader.Skip();
        }

        return text;
    }

    private static void ReadDetail(SoapReader reader, Span<string> detail)
    {
        var depth = reader.Depth;
        while (reader.NextChild(depth))
        {
            var index = reader.Name switch
            {
                "ErrorCode" => 0,
                "Message" => 1,
                "ID" => 2,
                "Method" => 3,
                _ => -1,
            };
            // Some wrap the four in an element of their own.
            if (index < 0) ReadDetail(reader, detail);
            else detail[index] = reader.ReadText();
        }
    }
}
