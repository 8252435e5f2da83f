using System.Text;

namespace Hierarchy.Agent.Install;

/// <summary>Splits an argument string as Windows programs do (CommandLineToArgvW), so that one document means the same on every platform.</summary>
internal static class CommandLine
{
    internal static IReadOnlyList<string> Split(string text)
    {
        var arguments = new List<string>();
        var current = new StringBuilder();
        var isQuoted = false;
        var isBegun = false;
        for (var index = 0; index < text.Length; index++)
        {
            var character = text[index];
            if (character == '\\')
            {
                var count = 1;
                while (index + count < text.Length && text[index + count] == '\\') count++;
                var isBeforeQuote = index + count < text.Length && text[index + count] == '"';

                // Before a quotation mark two backslashes are one, and an odd one makes the mark a character.
                current.Append('\\', isBeforeQuote ? count / 2 : count);
                isBegun = true;
                index += count - 1;
                if (!isBeforeQuote || count % 2 == 0) continue;
                current.Append('"');
                index++;
            }
            else if (character == '"')
            {
                isBegun = true;
                if (isQuoted && index + 1 < text.Length && text[index + 1] == '"')
                {
                    current.Append('"');
                    index++;
                }
                else
                {
                    isQuoted = !isQuoted;
                }
            }
            else if (!isQuoted && (character is ' ' or '\t'))
            {
                Finish();
            }
            else
            {
                current.Append(character);
                isBegun = true;
            }
        }

        Finish();
        return arguments;

        void Finish()
        {
            if (isBegun) arguments.Add(current.ToString());
            current.Clear();
            isBegun = false;
        }
    }
}
